// A box for a number of the view. It answers while a number is typed; what is on the way to one stays in the
// box as it was typed, until the box is left.
import { Component, html } from "../markup.js";

/**
 * props: value, read (the typed text to a value; null while it is none), onValue (takes a value), others of
 *   an input. What is none when the box is left goes to `onFaulty`, if there is one, and is else given up.
 */
export class NumberBox extends Component {
  state = { typed: null };

  render({ value, read, onValue, onFaulty, ...others }, { typed }) {
    return html`<input
      ...${others}
      class="input input-number"
      autocomplete="off"
      value=${typed ?? value}
      onInput=${(event) => {
        const now = event.target.value;
        this.setState({ typed: now });
        const found = read(now);
        if (found !== null) onValue(found);
      }}
      onChange=${(event) => read(event.target.value) === null && onFaulty?.(event.target.value)}
      onBlur=${() => this.setState({ typed: null })}
    />`;
  }
}
