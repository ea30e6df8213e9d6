// The colours before the first paint: a classic script in the head, so that no page flashes in the other theme.
// Without a choice of the reader's it is the system's.
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  try {
    chosen = localStorage.getItem("theme");
  } catch {
    // The browser keeps nothing for this site: the system's theme it is.
  }
  const apply = () => {
    document.documentElement.dataset.theme = chosen ?? (dark.matches ? "dark" : "light");
    document.dispatchEvent(new CustomEvent("themechange"));
  };
  window.chooseTheme = (theme) => {
    chosen = theme;
    try {
      if (theme === null) localStorage.removeItem("theme");
      else localStorage.setItem("theme", theme);
    } catch {
      // It holds until the page is left.
    }
    apply();
  };
  window.chosenTheme = () => chosen;
  dark.addEventListener("change", apply);
  apply();
})();
