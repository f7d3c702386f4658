// A list that stays in order while single members come and go. Finding a place takes some steps,
// whatever the length. Pure; the order must tell any two members apart.

/** @template T */
export class Sorted {
  /** @param {(a: T, b: T) => number} order @param {T[]} [members] */
  constructor(order, members = []) {
    this.order = order;
    this.members = members.sort(order);
  }

  get length() {
    return this.members.length;
  }

  /** Where a member stands, or would stand. @param {T} member */
  place(member) {
    let [low, high] = [0, this.members.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.order(this.members[middle], member) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Where a member stands; -1 when it is not in here. @param {T} member */
  indexOf(member) {
    const at = this.place(member);
    const found = this.members[at];
    return found !== undefined && this.order(found, member) === 0 ? at : -1;
  }

  /** @param {T} member */
  add(member) {
    this.members.splice(this.place(member), 0, member);
  }

  /** @param {T} member */
  remove(member) {
    const at = this.indexOf(member);
    if (at >= 0) this.members.splice(at, 1);
    return at >= 0;
  }
}
