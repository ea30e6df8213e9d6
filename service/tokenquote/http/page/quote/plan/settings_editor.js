// Caching, region, mode and scale: what the model's provider offers is asked of the catalog.
import { t } from "../../frame/i18n.js";
import { html } from "../markup.js";
import { ChoiceField, DecimalField, NumberField, TextField } from "./fields.js";

export function CachingEditor({ state }) {
  const rule = state.answers.model?.data?.caching;
  const ttls = Object.keys(rule?.ttls ?? {});
  return html`<div class="pair">
    <${ChoiceField}
      state=${state}
      pointer="/caching/enabled"
      label=${t("quote.caching")}
      read=${(text) => text === "true"}
      options=${[
        ["", t("quote.caching.default")],
        ["true", t("quote.caching.on")],
        ["false", t("quote.caching.off")],
      ]}
      hint=${cachingHint(state, rule)}
    />
    <${ChoiceField}
      state=${state}
      pointer="/caching/ttl"
      label=${t("quote.ttl")}
      options=${[["", t("quote.ttl.default")], ...ttls.map((ttl) => [ttl, ttl])]}
    />
    <${DecimalField}
      state=${state}
      pointer="/caching/hit_rate"
      label=${t("quote.hit_rate")}
      placeholder="100"
      scale=${100}
    />
    <${ChoiceField}
      state=${state}
      pointer="/caching/warm"
      label=${t("quote.warm")}
      options=${[
        ["", t("quote.warm.no")],
        ["opening", t("quote.warm.opening")],
      ]}
    />
  </div>`;
}

function cachingHint(state, rule) {
  if (!state.answers.model?.data) return undefined;
  if (!rule) return t("quote.caching.unknown");
  return t(rule.by_default ? "quote.caching.by_default" : "quote.caching.when_asked", {
    tokens: rule.minimum_tokens ?? 0,
  });
}

export function SettingsEditor({ state }) {
  const model = state.answers.model?.data;
  return html`<div class="pair">
    <${ChoiceField}
      state=${state}
      pointer="/region"
      label=${t("quote.region")}
      options=${[["", t("quote.region.default")], ...(model?.regions ?? []).map((name) => [name, name])]}
    />
    <${ChoiceField}
      state=${state}
      pointer="/mode"
      label=${t("quote.mode")}
      options=${[
        ["", t("quote.mode.default")],
        ...(model?.modes ?? []).filter((name) => name !== "standard").map((name) => [name, name]),
      ]}
    />
    <${NumberField}
      state=${state}
      pointer="/conversations"
      label=${t("quote.conversations")}
      placeholder="1"
    />
    <${DecimalField}
      state=${state}
      pointer="/conversations_per_hour"
      label=${t("quote.per_hour")}
      placeholder="–"
    />
    <${RetryField} state=${state} />
    <${DecimalField} state=${state} pointer="/budget/cost" label=${t("quote.budget")} placeholder="–" money />
    <${TextField} state=${state} pointer="/at" label=${t("quote.at")} placeholder="2026-12-01T02:00:00Z" />
  </div>`;
}

const RetryField = ({ state }) =>
  html`<${DecimalField}
    state=${state}
    pointer="/retries/rate"
    label=${t("quote.retries")}
    placeholder="0"
    scale=${100}
  />`;
