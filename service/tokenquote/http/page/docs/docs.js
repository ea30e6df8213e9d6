// The API docs: Swagger UI inside our frame.
import { startFrame } from "../frame/frame.js";

window.SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  docExpansion: "list",
  tryItOutEnabled: true,
  validatorUrl: null,
});
await startFrame("docs");
