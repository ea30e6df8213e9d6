import { startFrame } from "../frame/frame.js";

await startFrame("quote");
document.documentElement.dataset.ready = "quote";
