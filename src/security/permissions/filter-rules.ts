import { TopicFilter } from '../../core/topic-filter.js'
import { covers, type FilterLevels, isTopicFilter, levelsOf, overlaps } from './filter-relations.js'

/** The allow and deny filters of one client, for one direction. Deny beats allow; what nothing allows is refused. */
export class FilterRules {
  readonly #allow: readonly string[]
  readonly #deny: readonly string[]
  #allowed: readonly TopicFilter[] | undefined
  #denied: readonly TopicFilter[] | undefined

  constructor(allow: readonly string[], deny: readonly string[]) {
    this.#allow = allow
    this.#deny = deny
  }

  /** For one topic. */
  permitsTopic(topic: string): boolean {
    // Compiled at the first question: most clients ask for one direction only.
    this.#allowed ??= this.#allow.map((filter) => new TopicFilter(filter))
    this.#denied ??= this.#deny.map((filter) => new TopicFilter(filter))
    return (
      this.#allowed.some((filter) => filter.matches(topic)) &&
      !this.#denied.some((filter) => filter.matches(topic))
    )
  }

  /**
   * For everything that a filter can match: one of the allowed filters must cover it, and none of the denied ones may
   * have a topic in common with it.
   */
  permitsFilter(filter: string): boolean {
    if (!isTopicFilter(filter)) return false
    const levels = levelsOf(filter)
    const covered = (allowed: FilterLevels) => covers(allowed, levels)
    const touched = (denied: FilterLevels) => overlaps(denied, levels)
    return this.#allow.map(levelsOf).some(covered) && !this.#deny.map(levelsOf).some(touched)
  }
}
