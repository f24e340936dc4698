// Run it from the root of the repository: `npm --prefix tests/client run lint`.
import js from "@eslint/js";
import globals from "globals";

// Globals of browsers that are mistaken for a variable that was forgotten to be declared.
const CONFUSING = ["closed", "event", "find", "length", "name", "status", "stop", "top"];

export default [
  js.configs.recommended,
  {
    files: ["**/*.mjs"],
    languageOptions: { ecmaVersion: 2023, sourceType: "module" },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      complexity: ["error", 15],
      eqeqeq: "error",
      "max-lines": ["error", 400],
      "no-implicit-globals": ["error", { lexicalBindings: true }],
      "no-restricted-globals": ["error", ...CONFUSING],
      "no-undef": "error",
      "no-unused-vars": "error",
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  {
    files: ["assets/client/**/*.mjs"],
    languageOptions: { globals: { ...globals.browser, Plotly: "readonly" } },
  },
  {
    files: ["tests/client/**/*.mjs"],
    languageOptions: { globals: globals.node },
  },
];
