// Keeps a fault of one part of the page from taking the others with it. A plan that was pasted, or came by
// a link, may have any shape; where the form cannot show it, the service's words and the plan as JSON
// still can.
import { Component } from "./markup.js";

/**
 * props: children, otherwise (what stands in their place after a fault), until (what makes it try
 * again).
 */
export class Guard extends Component {
  state = { failed: null };

  static getDerivedStateFromError(error) {
    return { failed: error };
  }

  componentDidUpdate(before) {
    if (this.state.failed && before.until !== this.props.until) this.setState({ failed: null });
  }

  render({ children, otherwise }, { failed }) {
    return failed ? otherwise : children;
  }
}
