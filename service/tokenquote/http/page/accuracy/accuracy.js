import { startFrame } from "../frame/frame.js";

await startFrame("accuracy");
