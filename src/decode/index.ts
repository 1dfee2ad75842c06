import type { Decoder, DecoderContext, DecoderOptions } from './decoder.js'
import { JsonDecoder } from './json.js'
import { LineProtocolDecoder } from './line-protocol.js'
import { CompressibleJson } from './mapping/compressible-json.js'
import { MappingDecoder } from './mapping/index.js'
import { SparkplugDecoder } from './sparkplug/decoder.js'
import { ValueDecoder } from './value.js'

export const DECODERS = ['json', 'cbor', 'msgpack', 'line-protocol', 'value', 'sparkplug'] as const
export type DecoderName = (typeof DECODERS)[number]

export function createDecoder(name: DecoderName, options: DecoderOptions, context: DecoderContext): Decoder {
  switch (name) {
    case 'json':
      return isPlainJson(options) ? plainJson(options, context) : new MappingDecoder(name, options, context)
    case 'cbor':
    case 'msgpack':
      return new MappingDecoder(name, options, context)
    case 'line-protocol':
      return new LineProtocolDecoder(options)
    case 'value':
      return new ValueDecoder(options)
    case 'sparkplug':
      return new SparkplugDecoder(options, context)
  }
}

/** Whether text can go straight into points. */
function isPlainJson({ expression, mapping }: DecoderOptions): boolean {
  return expression === undefined && mapping === undefined
}

function plainJson(options: DecoderOptions, context: DecoderContext): Decoder {
  const text = new JsonDecoder(options)
  if (options.compression === 'none') return text
  return new CompressibleJson(text, new MappingDecoder('json', options, context))
}
