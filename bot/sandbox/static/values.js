// What the inputs of one view or message hold, in the shape of Slack's `state.values`.

export class Values {
  #readers = new Map();
  #before;

  /** `before`: the values of the same view a moment ago; what was typed survives where both ids stayed the same. */
  constructor(before = {}) {
    this.#before = before;
  }

  keep(place, element, read) {
    this.#readers.set(JSON.stringify([place.block_id, element.action_id]), () => ({
      type: element.type,
      ...read(),
    }));
  }

  before(place, element) {
    const value = this.#before[place.block_id]?.[element.action_id];
    return value?.type === element.type ? value : undefined;
  }

  all() {
    const values = {};
    for (const [key, read] of this.#readers) {
      const [block, action] = JSON.parse(key);
      (values[block] ??= {})[action] = read();
    }
    return values;
  }
}
