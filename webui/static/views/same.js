// Components that are drawn again only when one of their properties differs.

import { Component } from "preact";

/**
 * For what reads no signal: those redraw only components that are drawn whenever asked.
 * @template {object} P
 * @param {(props: P) => any} draw
 * @returns {any} a component
 */
export function same(draw) {
  /** @extends {Component<P>} */
  return class extends Component {
    static displayName = draw.name;

    /** @param {Readonly<P>} next */
    shouldComponentUpdate(next) {
      return differs(this.props, next) || differs(next, this.props);
    }

    render() {
      return draw(/** @type {P} */ (this.props));
    }
  };
}

/** @param {any} one @param {any} other */
function differs(one, other) {
  for (const name in one) if (one[name] !== other[name]) return true;
  return false;
}
