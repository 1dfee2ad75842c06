import type { TopicLevels } from '../../core/device.js'
import { Generations } from '../../core/generations.js'
import { NO_TAGS, type Tag } from '../../core/point-batch.js'
import { REMEMBERED } from './interned.js'
import { Known } from './known.js'

/** Measurements, tags and devices that records of any section of a mapping have had. */
export class Places {
  readonly measurements = new Generations<Known<string>>(REMEMBERED)
  readonly tags = new Generations<Known<readonly Tag[]>>(REMEMBERED)
  readonly devices = new Generations<Known<TopicLevels | undefined>>(REMEMBERED)
  /** The measurement of the route. */
  readonly noMeasurement = new Known('', true)
  readonly noTags: Known<readonly Tag[]> = new Known(NO_TAGS, true)
  /** The device of the message. */
  readonly noDevice = new Known<TopicLevels | undefined>(undefined, true)
}
