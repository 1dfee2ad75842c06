import { Ajv } from 'ajv'
import type { FastifyInstance } from 'fastify'
import { isTooDeep } from './json-depth.js'
import { invalidRequest } from './problem.js'
import { JSON_TYPE } from './route.js'

/** RFC 7396. */
export const MERGE_PATCH_TYPE = 'application/merge-patch+json'
export const CSV_TYPE = 'text/csv'
export const YAML_TYPE = 'application/yaml'

/**
 * What bodies may be of, and how they are checked. JSON is read whole; tables of devices come as a stream, whose reader
 * keeps its limit. Text of an address is turned into what its schema wants; a body has types of its own, so that "1000"
 * is no number in it and null is no text.
 */
export function acceptBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  const readJson = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser<string>(
    [JSON_TYPE, MERGE_PATCH_TYPE],
    { parseAs: 'string' },
    (request, body, done) => {
      if (!isTooDeep(body)) return readJson(request, body, done)
      done(invalidRequest([{ path: 'body', message: 'goes too deep' }]), undefined)
    },
  )
  app.addContentTypeParser([CSV_TYPE, YAML_TYPE], (_request, stream, done) => done(null, stream))
  const parameters = new Ajv({ coerceTypes: true, useDefaults: true, allErrors: true })
  const bodies = new Ajv({ allErrors: true })
  app.setValidatorCompiler(({ schema, httpPart }) =>
    (httpPart === 'body' ? bodies : parameters).compile(schema),
  )
}
