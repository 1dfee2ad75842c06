import type { Decoder, DecoderOptions } from './decoder.js'
import { JsonDecoder } from './json.js'
import { LineProtocolDecoder } from './line-protocol.js'
import { ValueDecoder } from './value.js'

export const DECODERS = ['json', 'line-protocol', 'value'] as const
export type DecoderName = (typeof DECODERS)[number]

export function createDecoder(name: DecoderName, options: DecoderOptions): Decoder {
  switch (name) {
    case 'json':
      return new JsonDecoder(options)
    case 'line-protocol':
      return new LineProtocolDecoder(options)
    case 'value':
      return new ValueDecoder(options)
  }
}
