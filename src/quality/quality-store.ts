/**
 * What quality keeps across restarts. Keys are short texts. What is put or removed becomes durable with the block that is
 * open; `get` and `entries` need to see only what is on disk.
 */
export interface QualityStore {
  get(key: string): Buffer | undefined
  put(key: string, value: Buffer): void
  remove(key: string): void
  /** All whose key begins with `prefix`, in the order of keys. */
  entries(prefix: string): Iterable<{ readonly key: string; readonly value: Buffer }>
}
