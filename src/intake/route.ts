import type { GatewayConfig, RouteConfig } from '../config/schema.js'
import type { Decoder, DecoderContext, DecoderOptions } from '../decode/decoder.js'
import { createDecoder } from '../decode/index.js'
import { topicsWaitingFor } from '../decode/mapping/index.js'
import { ProductionPlan } from '../devices/production/plan.js'
import { TopicPattern } from '../devices/topic-pattern.js'

/** How messages of matching topics are read, compiled once from the configuration. */
export interface Route {
  readonly pattern: TopicPattern
  /** The pattern, as the configuration has it. */
  readonly topic: string
  readonly decoder: Decoder
  readonly decoderName: string
  readonly measurement: string
  /** What of the points counts parts or tells the state of a machine. */
  readonly production?: ProductionPlan
  readonly quality?: RouteConfig['quality']
}

/** As the configuration has it. */
export function routeOf(
  config: RouteConfig,
  whole: Pick<GatewayConfig, 'routes' | 'sparkplug'>,
  context: DecoderContext,
): Route {
  const { topic, decoder, measurement, production, quality } = config
  return {
    pattern: new TopicPattern(topic),
    topic,
    decoder: createDecoder(decoder, optionsOf(config, whole), context),
    decoderName: decoder,
    measurement,
    ...(production === undefined ? {} : { production: new ProductionPlan(production) }),
    ...(quality === undefined ? {} : { quality }),
  }
}

function optionsOf(
  { timestamp, fieldTypes, field, compression, maxInflatedBytes, expression, mapping }: RouteConfig,
  { routes, sparkplug }: Pick<GatewayConfig, 'routes' | 'sparkplug'>,
): DecoderOptions {
  const given = { field, compression, maxInflatedBytes, expression, mapping, timestampKey: timestamp.key }
  return {
    ...defined(given),
    timestampUnit: timestamp.unit,
    fieldTypes,
    sparkplug,
    waitingForNames: topicsWaitingFor(mapping, routes),
  }
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Without the keys that are undefined. */
function defined<T extends object>(options: T): Defined<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Defined<T>
}
