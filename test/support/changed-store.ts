/** The same store, but for some of its members: to have something happen in the middle of another thing. */
export function changedStore<Store extends object>(store: Store, members: Partial<Store>): Store {
  return new Proxy(store, {
    get(target, key) {
      if (Object.hasOwn(members, key)) return Reflect.get(members, key);
      const value: unknown = Reflect.get(target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
