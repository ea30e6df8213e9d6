export default {
  "docs.title": "The API",
  "docs.about": "Every endpoint with an example that you can send from here.",
};
