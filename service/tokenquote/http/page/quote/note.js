// How a number is known: a note that opens on hover and on keyboard focus, stays while it is pointed at,
// and closes with Escape. There is one note on the page; the number that it describes points to it by
// aria-describedby.
import { html, render } from "./markup.js";

const CLOSE_MS = 150;
let note = null;
let shownFor = null;
let closing = null;

/**
 * A number that says on hover and focus how it is known.
 * `about` is a list of rows [label, value] and of plain sentences, or a function that makes it when it
 *   is needed.
 */
export function Told({ about, children, class: name = "" }) {
  const show = (event) => showNote(event.currentTarget, about);
  const point = (event) => pointedAt(event) && show(event);
  return html`<button
    type="button"
    class=${`told ${name}`}
    onMouseEnter=${point}
    onMouseLeave=${hideSoon}
    onFocus=${show}
    onBlur=${hideNote}
    onClick=${show}
  >
    ${children}
  </button>`;
}

/**
 * Whether the pointer came to an element. It did not where the page was scrolled under it: then a
 *   number that has
 * the focus keeps the note.
 */
export function pointedAt(event) {
  const now = `${event.screenX},${event.screenY}`;
  const moved = now !== pointer;
  pointer = now;
  return moved;
}
let pointer = "";
addEventListener("mousemove", (event) => {
  pointer = `${event.screenX},${event.screenY}`;
});

/** Show the note beside an element that has the focus or the pointer. */
export function showNote(element, about) {
  clearTimeout(closing);
  note ??= makeNote();
  const rows = typeof about === "function" ? about() : about;
  if (!rows || rows.length === 0) return hideNote();
  if (shownFor !== element) shownFor?.removeAttribute("aria-describedby");
  shownFor = element;
  render(html`<${Rows} rows=${rows} />`, note);
  note.hidden = false;
  place(element);
  element.setAttribute("aria-describedby", note.id);
}

export function hideNote() {
  clearTimeout(closing);
  if (!note) return;
  note.hidden = true;
  shownFor?.removeAttribute("aria-describedby");
  shownFor = null;
}

/** Hide the note when the pointer has left, unless it is that of the number that has the focus. */
export function hideSoon() {
  clearTimeout(closing);
  closing = setTimeout(() => {
    if (document.activeElement !== shownFor) hideNote();
  }, CLOSE_MS);
}

function Rows({ rows }) {
  const pairs = rows.filter(Array.isArray);
  const sentences = rows.filter((row) => !Array.isArray(row) && row);
  return html`
    ${
      pairs.length > 0 &&
      html`<dl class="note-rows">
        ${pairs.map(
          ([label, value]) =>
            html`<div>
              <dt>${label}</dt>
              <dd>${value}</dd>
            </div>`,
        )}
      </dl>`
    }
    ${sentences.map((text) => html`<p>${text}</p>`)}
  `;
}

function makeNote() {
  const element = document.createElement("div");
  Object.assign(element, { id: "note", className: "note", hidden: true });
  element.setAttribute("role", "tooltip");
  element.addEventListener("mouseenter", () => clearTimeout(closing));
  element.addEventListener("mouseleave", hideSoon);
  document.addEventListener("keydown", (event) => event.key === "Escape" && hideNote());
  addEventListener("scroll", () => shownFor && place(shownFor), { passive: true, capture: true });
  document.body.append(element);
  return element;
}

function place(element) {
  const at = element.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = note;
  const left = Math.max(8, Math.min(at.left + at.width / 2 - width / 2, innerWidth - width - 8));
  const below = at.bottom + 6 + height <= innerHeight || at.top - 6 - height < 0;
  note.style.left = `${left}px`;
  note.style.top = `${below ? at.bottom + 6 : at.top - 6 - height}px`;
}
