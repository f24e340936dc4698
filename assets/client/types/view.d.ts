// What the server says of a view (components/ui/shell.py), and the states of its links.

/** fields by name; which there are, and of what type, the parameters say */
export type State = Record<string, any>;

export type Group = "physics" | "overlay" | "display" | "playback";

/** a field of the state */
export interface Parameter {
  name: string;
  /** in a link */
  key: string;
  symbol: string;
  title: string;
  kind: string;
  group: Group;
  /** ranges: of the number, or of each number of a pattern that repeats */
  bounds: [number, number][];
  /** fewest and most numbers of a list */
  length: [number, number];
  scale: "linear" | "log";
  unit: string;
  choices: string[];
  optional: boolean;
  kept_by_presets: boolean;
}

/** a control, which writes a field of the state or a number of a list */
export interface Control {
  id: string;
  /** the field */
  parameter: string;
  /** place in the list, or the field that holds the place */
  index: number | string | null;
  kind: "slider" | "choice" | "many" | "count" | "axis" | "list";
  /** in a link */
  key: string;
  symbol: string;
  title: string;
  scale: "linear" | "log";
  bounds: [number, number];
  /** range of the slider while the value is in it */
  soft: [number, number];
  /** of the slider, in decades where it is logarithmic */
  step: number;
  choices: string[];
  labels: string[];
  /** of a count: the lists whose length it sets, with the value of a new number */
  fillers: Record<string, number>;
  /** of what may be absent: its value when it is switched on */
  begin: number | null;
  /** shown only while one of these fields is, or has, one of these words */
  only: Record<string, string[]> | null;
  /** of an axis, the field that holds its range */
  window: string | null;
  whole: boolean;
  /** fewest and most numbers of a list */
  length: [number, number];
  /** fields that become null when a choice changes */
  clears: string[];
}

/** what may be on an axis of a map */
export interface Axis {
  field: string;
  index: number | null;
  /** for what does not depend on it */
  rest: number;
  symbol: string;
  bounds: [number, number];
  /** range where the link states none */
  usual: [number, number];
  log: boolean;
  whole: boolean;
  scale?: "linear" | "log";
}

/** a place for a figure on the page */
export interface FigureSlot {
  id: string;
  title: string;
  /** field that holds its zoomed window */
  window: string;
  /** field to which a click adds a point */
  points: string | null;
  /** of a map, the path of the view that shows a point's trajectory */
  opens: string | null;
  /** whether a click in a map sets the parameters of this view */
  sets: boolean;
}

export interface Preset {
  title: string;
  state: State;
  caption: string;
  /** fields of the display that belong to it */
  shows: string[];
  paper: { citation: string; short: string; url: string };
}

export interface View {
  name: string;
  title: string;
  path: string;
  /** path of its entry in the navigation */
  nav_path: string;
  /** of its links */
  version: number;
  release: string;
  /** titles of its exports, by kind */
  exports: Record<string, string>;
  /** the state of a link without parameters */
  initial: State;
  parameters: Parameter[];
  controls: Control[];
  embed: { sizes: Record<string, { title: string; width: number; height: number }>; main: string[] };
  figures: Record<string, FigureSlot>;
  presets: Record<string, Preset>;
  /** plotly's templates */
  templates: { light: object; dark: object };
  /** dark colors by light ones */
  toDark: Record<string, string>;
  /** plotly's configuration */
  config: object;
  axes: Record<string, Axis>;
  /** fields of the state while a hand is moving */
  drag_overrides: State;
  time: { column: string; symbol: string };
  /** whether it has jobs */
  runs: boolean;
  /** columns of a trajectory in the plane */
  trajectory_axes: [string, string];
}

/** a recording in a page without a server */
export interface Recording {
  view: View;
  state: State;
  chunks: import("./stream.d.ts").Chunk[];
  /** address of the app, if it is known */
  host: string;
  /** whether a visit wakes the app */
  wake: boolean;
}

/** a step of a story, with its path and that of its stream */
export interface Step {
  id: string;
  title: string;
  /** HTML */
  text: string;
  view: string;
  state: State;
  figures: string[];
  /** keys of the controls that it gives, null for all */
  controls: string[] | null;
  address: string;
  stream: string;
  mark: Mark[];
  play: { from?: number; to?: number; speed?: number } | null;
  question: Question | null;
}

/** what a step points to: one of these */
export interface Mark {
  control?: string;
  trace?: string;
  run?: number;
  point?: [number, number];
  level?: number;
  row?: number;
}

export interface Question {
  /** HTML */
  ask: string;
  /** HTML */
  then: string;
  choices?: string[];
  answer?: number;
  /** column that is to be drawn */
  draw?: string;
  /** number of the trajectory whose column it is */
  run?: number;
}
