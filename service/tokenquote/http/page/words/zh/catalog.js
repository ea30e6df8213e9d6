export default {
  "catalog.title": "模型与价格",
};
