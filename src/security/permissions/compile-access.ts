import type { ClientAccess } from '../../core/client-access.js'
import { LEVELS, type Level, type TopicLevels } from '../../core/device.js'
import { Answers } from './answers.js'
import { FilterRules } from './filter-rules.js'
import { type SpeaksFor, speakingOf } from './speaking.js'
import { type PlaceholderValues, Template } from './template.js'

/** A profile of the configuration, as its schema declares it. */
export interface ProfileConfig {
  readonly publish: RulesConfig
  readonly subscribe: RulesConfig
  readonly speaksFor: SpeaksFor
}

export interface RulesConfig {
  readonly allow: readonly string[]
  readonly deny: readonly string[]
}

/** Who a client is: what placeholders are filled with. */
export interface AccessSubject {
  readonly principal: string
  readonly place: TopicLevels | undefined
  readonly clientId: string
  readonly username: string | undefined
  readonly attributes: Readonly<Record<string, string>>
}

/** Topics of one client whose answers are remembered, and the characters of all of them. */
const MAX_TOPICS = 4_096
const MAX_CHARACTERS = 262_144

/** A profile, read once for all of its clients. */
export class CompiledProfile {
  readonly #publish: TemplateRules
  readonly #subscribe: TemplateRules
  readonly #speaksFor: SpeaksFor

  /** @param profile each template without a `templateFault` */
  constructor({ publish, subscribe, speaksFor }: ProfileConfig) {
    this.#publish = new TemplateRules(publish)
    this.#subscribe = new TemplateRules(subscribe)
    this.#speaksFor = speaksFor
  }

  accessOf(subject: AccessSubject): ClientAccess {
    const values = valuesOf(subject)
    const publish = this.#publish.fill(values)
    const subscribe = this.#subscribe.fill(values)
    const maySpeakFor = speakingOf(this.#speaksFor, subject.place)
    return new CompiledAccess(subject, publish, subscribe, maySpeakFor)
  }
}

export function compileAccess(profile: ProfileConfig, subject: AccessSubject): ClientAccess {
  return new CompiledProfile(profile).accessOf(subject)
}

class TemplateRules {
  readonly #allow: readonly Template[]
  readonly #deny: readonly Template[]

  constructor({ allow, deny }: RulesConfig) {
    this.#allow = allow.map((text) => new Template(text))
    this.#deny = deny.map((text) => new Template(text))
  }

  fill(values: PlaceholderValues): FilterRules {
    const allow = this.#allow.map((template) => template.fill(values))
    const deny = this.#deny.map((template) => template.fillWidely(values))
    return new FilterRules(
      allow.filter((filter) => filter !== undefined),
      deny,
    )
  }
}

class CompiledAccess implements ClientAccess {
  readonly principal: string
  readonly place: TopicLevels | undefined
  readonly maySpeakFor: (path: string) => boolean
  readonly #publish: FilterRules
  readonly #subscribe: FilterRules
  readonly #answers = new Answers(MAX_TOPICS, MAX_CHARACTERS)

  constructor(
    { principal, place }: AccessSubject,
    publish: FilterRules,
    subscribe: FilterRules,
    maySpeakFor: (path: string) => boolean,
  ) {
    this.principal = principal
    this.place = place
    this.maySpeakFor = maySpeakFor
    this.#publish = publish
    this.#subscribe = subscribe
  }

  mayPublish(topic: string): boolean {
    const known = this.#answers.get(topic)
    if (known !== undefined) return known
    const answer = this.#publish.permitsTopic(topic)
    this.#answers.set(topic, answer)
    return answer
  }

  maySubscribe(filter: string): boolean {
    return this.#subscribe.permitsFilter(filter)
  }
}

/** Levels of the tree, user name and client id have their names to themselves; any other is an attribute's. */
function valuesOf({ place, clientId, username, attributes }: AccessSubject): PlaceholderValues {
  return (name) => {
    if (name === 'clientId') return clientId
    if (name === 'username') return username
    if (isLevel(name)) return place?.[name]
    return Object.hasOwn(attributes, name) ? attributes[name] : undefined
  }
}

function isLevel(name: string): name is Level {
  return (LEVELS as readonly string[]).includes(name)
}
