import { causeOf, GatewayError } from '../core/errors.js'
import { type Logger, LogThrottle } from '../core/logger.js'
import { CountsSource } from './counts-source.js'
import { DeadLettersSource } from './dead-letters-source.js'
import { Feed, type FeedStatistics } from './feed.js'
import { PresenceSource } from './presence-source.js'
import type { FeedRequest, Source, SourceOptions, Views } from './source.js'
import type { Subscription } from './subscription.js'
import { TreeCounts } from './tree-counts.js'
import { ValuesSource } from './values-source.js'

const LOG_EVERY_MS = 60_000

/** A subscription's way out of its feed. */
export interface Membership {
  leave(): void
}

/** The feeds that someone reads, one per distinct request; a feed ends with its last subscription. */
export class Feeds {
  readonly statistics: FeedStatistics = { serialisations: 0, framesSent: 0, skipped: 0 }
  readonly #views: Views
  readonly #options: SourceOptions
  readonly #logger: Logger
  readonly #feeds = new Map<string, Feed>()
  readonly #throttle = new LogThrottle(LOG_EVERY_MS)
  readonly #treeCounts: TreeCounts

  constructor(views: Views, options: SourceOptions, logger: Logger) {
    this.#views = views
    this.#options = options
    this.#logger = logger
    this.#treeCounts = new TreeCounts(views.ledger, views.tree, options.activeWithinMs)
  }

  get size(): number {
    return this.#feeds.size
  }

  /** Sends the snapshot and then the updates. Throws LG_LIVE_FEED_FAILED when a view fails. */
  join(request: FeedRequest, subscription: Subscription): Membership {
    const key = JSON.stringify([
      request.topic,
      request.scope,
      request.within,
      request.intervalMs,
      request.depth,
    ])
    const feed = this.#feeds.get(key) ?? this.#open(key, request, subscription.id)
    feed.add(subscription)
    return { leave: () => this.#leave(key, feed, subscription) }
  }

  close(): void {
    for (const feed of this.#feeds.values()) feed.stop()
    this.#feeds.clear()
  }

  #open(key: string, request: FeedRequest, id: string): Feed {
    const feed = new Feed(this.#source(request), request.intervalMs, this.statistics, (failed, error) =>
      this.#end(key, request, failed, error),
    )
    try {
      feed.start()
    } catch (error) {
      throw this.#failure(request, error, id)
    }
    this.#feeds.set(key, feed)
    return feed
  }

  #source(request: FeedRequest): Source {
    switch (request.topic) {
      case 'counts':
        return new CountsSource(this.#views, this.#treeCounts, request, this.#options)
      case 'values':
        return new ValuesSource(this.#views, request, this.#options)
      case 'deadLetters':
        return new DeadLettersSource(this.#views, request, this.#options)
      case 'presence':
        return new PresenceSource(this.#views, request, this.#options)
    }
  }

  #leave(key: string, feed: Feed, subscription: Subscription): void {
    feed.remove(subscription)
    if (feed.subscriptions.size > 0 || this.#feeds.get(key) !== feed) return
    feed.stop()
    this.#feeds.delete(key)
  }

  #end(key: string, request: FeedRequest, feed: Feed, error: unknown): void {
    const failure = this.#failure(request, error)
    const subscriptions = [...feed.subscriptions]
    feed.stop()
    this.#feeds.delete(key)
    for (const subscription of subscriptions) subscription.peer.onEnded(subscription, failure)
  }

  #failure({ topic, scope }: FeedRequest, cause: unknown, id?: string): GatewayError {
    const details = { topic, scope, cause: causeOf(cause), id }
    const error = new GatewayError('LG_LIVE_FEED_FAILED', details, { cause })
    this.#throttle.run(topic, (suppressed) => {
      this.#logger.error({ code: error.code, err: cause, suppressed, action: error.action }, error.message)
    })
    return error
  }
}
