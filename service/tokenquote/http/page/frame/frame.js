// The frame around every page: its words, the buttons for language and theme, and the key.
import { LANGUAGES, chooseLanguage, currentLanguage, loadWords, t, translate } from "./i18n.js";
import { startKeyPanel } from "./key_panel.js";

const THEMES = [null, "light", "dark"];

/** Bring the frame to life; `sections` are the sections of words that the page shows besides the frame's. */
export async function startFrame(...sections) {
  await loadWords("frame", ...sections);
  translate();
  startLanguages(document.getElementById("language"));
  startThemes(document.getElementById("theme"));
  startKeyPanel();
}

function startLanguages(select) {
  for (const [tag, name] of Object.entries(LANGUAGES)) {
    const option = new Option(name, tag, false, tag === currentLanguage());
    option.lang = tag;
    select.add(option);
  }
  select.addEventListener("change", () => chooseLanguage(select.value));
}

function startThemes(button) {
  const show = () => {
    const theme = window.chosenTheme() ?? "system";
    button.dataset.theme = theme;
    const words = t("frame.theme", { theme: t(`frame.theme.${theme}`) });
    button.setAttribute("aria-label", words);
    button.title = words;
  };
  button.addEventListener("click", () => {
    const next = (THEMES.indexOf(window.chosenTheme()) + 1) % THEMES.length;
    window.chooseTheme(THEMES[next]);
    show();
  });
  document.addEventListener("languagechosen", show);
  show();
}
