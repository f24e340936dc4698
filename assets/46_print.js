// Printing: a light page with whole figures of the paper's size, the sentences and the link; style.css hides the rest.
window.fl = window.fl || {};

fl.Print = {
  theme: null, // of the screen, while the page is laid out for paper

  begin() {
    const { page } = fl, root = document.documentElement;
    if (fl.Print.theme || !page) return;
    fl.Print.theme = root.dataset.theme;
    root.dataset.theme = "light";
    root.dataset.printing = "";
    const link = fl.recorded ? "" : location.origin + page.history.address();
    document.getElementById("page").prepend(fl.make("p", { id: "printed-link" }, fl.make("strong", { textContent: document.title }), " ", link));
    page.redraw();
  },

  end() {
    const { page } = fl, root = document.documentElement;
    if (!fl.Print.theme) return;
    root.dataset.theme = fl.Print.theme;
    fl.Print.theme = null;
    delete root.dataset.printing;
    document.getElementById("printed-link").remove();
    if (page) page.redraw();
  },
};

window.addEventListener("beforeprint", fl.Print.begin);
window.addEventListener("afterprint", fl.Print.end);
