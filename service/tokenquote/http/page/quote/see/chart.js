// A chart: uPlot draws it on a canvas in the colours of the theme; a slider below steps through its points
// by keyboard, and says each of them to screen readers; the legend shows the values of the point.
import uPlot from "../../vendor/uPlot.esm.js";
import { Component, html } from "../markup.js";

const HEIGHT = 260;
const NARROW = 480;
/** From so many points on, bars are too thin to tell apart: they become one stepped area. */
const MOST_BARS = 160;

export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const ink = (name) => () => colour(name);

/**
 * props: id, title, summary, x (numbers), series ({label, values, colour, kind: "stack" | "line" |
 *   "band", format}), marks
 * ({x | y, label, colour}), xLabel(i), yFormat, logX, logY, yMax. Series of the kind "stack" are given
 *   from the bottom up.
 */
export class Chart extends Component {
  state = { at: null };

  componentDidMount() {
    this.draw();
    this.resized = new ResizeObserver(() => this.fit());
    this.resized.observe(this.root);
    this.recolour = () => this.draw();
    document.addEventListener("themechange", this.recolour);
  }

  componentDidUpdate(before) {
    if (
      before.series !== this.props.series ||
      before.marks !== this.props.marks ||
      before.yMax !== this.props.yMax
    )
      this.draw();
  }

  componentWillUnmount() {
    this.resized.disconnect();
    document.removeEventListener("themechange", this.recolour);
    this.plot?.destroy();
  }

  render({ id, title, summary, series, x, xLabel, start }, { at }) {
    const shown = Math.min(at ?? start ?? x.length - 1, x.length - 1);
    const words = series
      .filter((one) => !one.silent)
      .map((one) => `${one.label} ${one.format(one.values[shown] ?? null)}`)
      .join(", ");
    return html`<figure class="chart" aria-labelledby=${`${id}-title`}>
      <figcaption id=${`${id}-title`} class="visually-hidden">${title}. ${summary}</figcaption>
      <div
        class="chart-canvas"
        ref=${(element) => {
          this.root = element;
        }}
        aria-hidden="true"
        onMouseLeave=${() => this.setState({ at: null })}
      ></div>
      <input
        class="chart-slider"
        type="range"
        min="0"
        max=${Math.max(0, x.length - 1)}
        value=${shown}
        aria-label=${title}
        aria-valuetext=${`${xLabel(shown)}: ${words}`}
        onInput=${(event) => this.moveTo(Number(event.target.value))}
      />
      <div class="legend">
        <span class="legend-at">${xLabel(shown)}</span>
        <ul>
          ${series
            .filter((one) => !one.silent)
            .map(
              (one) =>
                html`<li>
                  <span
                    class=${`swatch swatch-${one.kind}`}
                    style=${{ "--swatch": `var(${one.colour})` }}
                  ></span>
                  <span>${one.label}</span> <b>${one.format(one.values[shown] ?? null)}</b>
                </li>`,
            )}
        </ul>
      </div>
    </figure>`;
  }

  moveTo(at) {
    this.setState({ at });
    if (!this.plot) return;
    const left = this.plot.valToPos(this.props.x[at], "x");
    this.plot.setCursor({ left, top: this.plot.over.clientHeight / 2 }, false);
  }

  fit() {
    const width = this.root.clientWidth;
    if (this.plot && width > 0 && Math.abs(width - this.plot.width) > 1)
      this.plot.setSize({ width, height: this.height() });
  }

  height() {
    return this.root.clientWidth < NARROW ? HEIGHT * 0.8 : HEIGHT;
  }

  draw() {
    this.plot?.destroy();
    this.plot = null;
    const width = this.root.clientWidth;
    if (width === 0) return;
    const { x, series } = this.props;
    const stack = series.filter((one) => one.kind === "stack");
    const others = series.filter((one) => one.kind !== "stack");
    const data = [x, ...cumulative(stack).reverse(), ...others.map((one) => one.values)];
    const drawn = [{}, ...stack.map((one) => this.stacked(one)).reverse(), ...others.map(line)];
    const bands = bandsOf(others, 1 + stack.length);
    this.plot = new uPlot(this.options(width, drawn, bands), data, this.root);
  }

  stacked(one) {
    const bars = this.props.x.length <= MOST_BARS;
    const paths = bars ? uPlot.paths.bars({ size: [0.82, 48], gap: 0 }) : uPlot.paths.stepped({ align: 1 });
    const fill = colour(one.colour);
    return { fill, stroke: fill, width: 0, paths, points: { show: false } };
  }

  options(width, series, bands) {
    const { logX, logY, yFormat, xFormat = (value) => String(value), x, yMax } = this.props;
    const edge = this.props.series.some((one) => one.kind === "stack") ? 0.6 : 0;
    const rule = { stroke: ink("--ink-faint"), font: "12px system-ui, sans-serif", ticks: { show: false } };
    return {
      width,
      height: this.height(),
      series,
      bands,
      padding: [14, logX ? 24 : 12, 0, 0], // half of a label at the end of the axis: `100K`
      legend: { show: false },
      cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
      scales: {
        x: {
          time: false,
          distr: logX ? 3 : 1,
          range: logX ? undefined : () => [x[0] - edge, x.at(-1) + edge],
        },
        y: {
          distr: logY ? 3 : 1,
          range: logY ? undefined : (_, __, most) => [0, Math.max(yMax ?? 0, most || 1) * 1.06],
        },
      },
      axes: [
        {
          ...rule,
          grid: { show: false },
          size: 28,
          filter: logX ? decades : all,
          incrs: logX ? undefined : WHOLE_STEPS,
          values: (_, values) => values.map((value) => (value === null ? "" : xFormat(value))),
        },
        {
          ...rule,
          size: 64,
          filter: logY ? decades : all,
          grid: { stroke: ink("--line"), width: 1, filter: logY ? decades : all },
          values: (_, values) => values.map((value) => (value === null ? "" : yFormat(value))),
        },
      ],
      hooks: {
        setCursor: [
          ({ cursor }) => {
            if (cursor.event && cursor.idx !== null && cursor.idx !== this.state.at)
              this.setState({ at: cursor.idx ?? null });
          },
        ],
        draw: [(plot) => drawMarks(plot, this.props.marks ?? [])],
      },
    };
  }
}

/** Of the steps of a logarithmic axis, only the powers of ten. */
const decades = (_, splits) => splits.map((value) => (Math.abs(Math.log10(value) % 1) < 1e-9 ? value : null));
const all = (_, splits) => splits;

const WHOLE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000];

const line = (one) => ({
  stroke: colour(one.colour),
  width: one.kind === "band" ? 0 : 2,
  dash: one.dash,
  spanGaps: true,
  paths: one.stepped ? uPlot.paths.stepped({ align: 1 }) : undefined,
  points: { show: one.dots ? true : false, size: 5 },
});

/** The area between two series of the kind "band" that follow each other, the upper one first. */
function bandsOf(series, first) {
  const bands = [];
  series.forEach((one, i) => {
    if (one.kind === "band" && series[i + 1]?.kind === "band" && one.upper) {
      bands.push({
        series: [first + i, first + i + 1],
        fill: `color-mix(in srgb, ${colour(one.colour)} 22%, transparent)`,
      });
    }
  });
  return bands;
}

function cumulative(stack) {
  const sums = new Float64Array(stack[0]?.values.length ?? 0);
  return stack.map((one) => {
    const level = new Array(sums.length);
    for (let i = 0; i < sums.length; i += 1) level[i] = sums[i] += one.values[i];
    return level;
  });
}

/** Lines for a limit (y) or an event (x), each with its words. */
function drawMarks(plot, marks) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top - 12 * devicePixelRatio, bbox.width, bbox.height + 12 * devicePixelRatio);
  ctx.clip();
  ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.lineWidth = devicePixelRatio * 1.5;
  for (const mark of marks) {
    ctx.strokeStyle = ctx.fillStyle = colour(mark.colour);
    ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
    ctx.beginPath();
    const upright = mark.x !== undefined;
    const at = Math.round(plot.valToPos(upright ? mark.x : mark.y, upright ? "x" : "y", true));
    if (upright) (ctx.moveTo(at, bbox.top), ctx.lineTo(at, bbox.top + bbox.height));
    else (ctx.moveTo(bbox.left, at), ctx.lineTo(bbox.left + bbox.width, at));
    ctx.stroke();
    const wide = ctx.measureText(mark.label).width;
    const right = upright && at + wide + 8 > bbox.left + bbox.width;
    ctx.textAlign = right ? "right" : "left";
    if (upright)
      ctx.fillText(mark.label, at + (right ? -6 : 6) * devicePixelRatio, bbox.top + 12 * devicePixelRatio);
    else ctx.fillText(mark.label, bbox.left + 6 * devicePixelRatio, at - 5 * devicePixelRatio);
  }
  ctx.restore();
}
