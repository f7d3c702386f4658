// Names of a field's elements in the page. Pure.

/** @param {string} place  a pointer, or the name of a field beside the parameters */
export const idOf = (place) =>
  `field-${place.replace(/[^A-Za-z0-9]/g, (c) => `_${c.charCodeAt(0).toString(16)}_`)}`;
