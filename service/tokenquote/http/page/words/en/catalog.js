export default {
  "catalog.title": "Models and prices",
};
