import { Readable } from 'node:stream'
import { Type } from 'typebox'
import { YamlSource } from '../../config/yaml-source.js'
import { exportTable } from '../../devices/exchange/export-table.js'
import { importTable, previewTable } from '../../devices/exchange/import-table.js'
import { readTable } from '../../devices/exchange/read-table.js'
import { EXCHANGE_FORMATS, type ExchangeFormat } from '../../devices/exchange/rows.js'
import { CSV_TYPE, YAML_TYPE } from '../bodies.js'
import { limitedBytes } from '../limited-bytes.js'
import { CLOSED, NOTHING, route } from '../route.js'

/** Several hundred thousand devices. */
const MAX_TABLE_BYTES = 256 * 1_048_576
const ANSWER_TIMEOUT_MS = 300_000
const MEDIA_TYPES = { yaml: YAML_TYPE, csv: CSV_TYPE } as const satisfies Record<ExchangeFormat, string>
const Format = Type.Enum([...EXCHANGE_FORMATS])

export const exportDevicesRoute = route(
  {
    url: '/api/v1/devices/export',
    access: { role: 'viewer', scope: 'tree' },
    summary: 'All devices as a table that can be imported.',
    params: NOTHING,
    query: Type.Object({ format: Type.Enum([...EXCHANGE_FORMATS], { default: 'yaml' }) }, CLOSED),
    answer: Type.String({ description: 'As docs/devices.md describes it.' }),
    mediaType: YAML_TYPE,
    errors: [],
  },
  ({ registry }, { query: { format }, reply }) => {
    reply.type(`${MEDIA_TYPES[format]}; charset=utf-8`)
    reply.header('content-disposition', `attachment; filename="devices.${format}"`)
    return reply.send(Readable.from(exportTable(format, registry), { objectMode: false }))
  },
)

const Count = Type.Integer({ minimum: 0 })

export const importDevicesRoute = route(
  {
    method: 'POST',
    url: '/api/v1/devices/import',
    access: { role: 'engineer', scope: 'tree' },
    audit: { event: 'devices_imported' },
    summary: 'Registers the devices of a table: all of them or, with anything wrong in it, none.',
    params: NOTHING,
    query: Type.Object(
      {
        format: Type.Optional(Format),
        dryRun: Type.Boolean({ description: 'Changes nothing; answers what would change.', default: false }),
      },
      CLOSED,
    ),
    body: {
      schema: Type.String({ description: 'The table, UTF-8, at most 256 MiB.' }),
      types: [YAML_TYPE, CSV_TYPE],
      maxBytes: MAX_TABLE_BYTES,
      isCheckedByRoute: true,
    },
    answer: Type.Object({
      dryRun: Type.Boolean(),
      created: Count,
      changed: Count,
      unchanged: Count,
    }),
    answerTimeoutMs: ANSWER_TIMEOUT_MS,
    errors: ['LG_DEVICE_TABLE_INVALID', 'LG_DEVICE_NOT_SAVED', 'LG_REQUEST_TOO_LARGE'],
  },
  async ({ registry }, { query: { format, dryRun }, headers, reply }) => {
    const bytes = limitedBytes(reply.request.raw, MAX_TABLE_BYTES)
    const table = await readTable(format ?? formatOf(headers['content-type']), bytes, YamlSource.parse)
    const counts = await (dryRun ? previewTable(table, registry) : importTable(table, registry, 'api'))
    return { dryRun, ...counts }
  },
)

function formatOf(type = ''): ExchangeFormat {
  return type.startsWith(CSV_TYPE) ? 'csv' : 'yaml'
}
