// Take it away: the plan in five forms, the requests as CSV, and a link that shows this very page again.
import { t } from "../../frame/i18n.js";
import { asksForKeys } from "../../frame/key.js";
import { LONGEST, writeLink } from "../link.js";
import { Component, html } from "../markup.js";
import { whole } from "../numbers.js";
import { current } from "../store.js";
import { Segments } from "../see/segments.js";
import { writeCsv } from "./csv.js";
import { KINDS, fileName, snippet } from "./snippets.js";

/** Longer texts are saved or copied, and not shown. */
const MOST_SHOWN = 20_000;

export class TakeAway extends Component {
  state = { kind: "json", text: "", said: "" };

  componentDidMount() {
    this.write(this.state.kind);
  }

  componentDidUpdate(before) {
    if (before.plan !== this.props.plan) this.write(this.state.kind);
  }

  render({ quote }, { kind, text, said }) {
    return html`<section class="card" id="take-away" aria-labelledby="take-heading">
      <div class="card-head">
        <h2 id="take-heading">${t("quote.take")}</h2>
        <div class="actions">
          <button type="button" class="button button-primary" onClick=${() => this.share()}>
            ${t("quote.take.link")}
          </button>
          <button
            type="button"
            class="button"
            onClick=${() => save("requests.csv", "text/csv", writeCsv(quote.requests))}
          >
            ${t("quote.take.csv")}
          </button>
        </div>
      </div>
      <p class="card-says">${t("quote.take.says")}</p>
      <div class="actions">
        <${Segments}
          label=${t("quote.take.form")}
          value=${kind}
          options=${KINDS.map((name) => [name, t(`quote.take.${name}`)])}
          onPick=${(name) => this.write(name)}
        />
        <button type="button" class="button" onClick=${() => this.copy(text)}>${t("quote.take.copy")}</button>
        <button type="button" class="button" onClick=${() => save(fileName(kind), "text/plain", text)}>
          ${t("quote.take.save")}
        </button>
        <span role="status" class="field-hint">${said}</span>
      </div>
      <pre class="snippet" tabindex="0" role="region" aria-label=${t(`quote.take.${kind}`)}>
${text.length > MOST_SHOWN ? t("quote.take.long", { characters: whole(text.length) }) : text}</pre>
    </section>`;
  }

  async write(kind) {
    const { plan } = current();
    this.setState({ kind });
    const text = await snippet(kind, plan, location.origin, asksForKeys());
    if (this.state.kind === kind && current().plan === plan) this.setState({ text, said: "" });
  }

  async share() {
    const fragment = await writeLink(current());
    if (fragment.length > LONGEST) return this.setState({ said: t("quote.take.too_long") });
    await this.copy(`${location.origin}${location.pathname}#${fragment}`, "quote.take.link_copied");
  }

  async copy(text, says = "quote.take.copied") {
    try {
      await navigator.clipboard.writeText(text);
      this.setState({ said: t(says) });
    } catch {
      this.setState({ said: t("quote.take.not_copied") });
    }
  }
}

function save(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
