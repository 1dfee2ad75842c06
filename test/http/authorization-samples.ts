import type { TwoWorkshops, Workshop } from '../support/two-workshops.js'
import { SHARED_NAME } from '../support/two-workshops.js'

/** One request of a route, made for a workshop. */
export interface Sample {
  readonly path: string | ((rig: TwoWorkshops, workshop: Workshop) => string)
  readonly body?: (workshop: Workshop) => unknown
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Of whoever may: status for a workshop within the scope, and for one elsewhere. Routes of a tree name both. */
  readonly here?: number
  readonly elsewhere?: number
  /** Who may ask may be refused all the same, by what is asked for: its own tests tell. */
  readonly isOfItself?: true
}

const device = (rest = '') => ({
  path: (_: TwoWorkshops, { id }: Workshop) => `/api/v1/devices/${id}${rest}`,
})
const letter = {
  path: (rig: TwoWorkshops, { device }: Workshop) => `/api/v1/dead-letters/${rig.letterId(device)}`,
}
const item = (rest = '') => ({
  path: (_: TwoWorkshops, { part }: Workshop) => `/api/v1/items/${encodeURIComponent(part)}${rest}`,
})
const place = ({ mark }: Workshop) => ({ site: 'ningbo', area: mark, line: `${mark}-line` })
const LIST = { here: 200, elsewhere: 200 }
const ONE = { here: 200, elsewhere: 404 }
const ID = '00000000-0000-4000-8000-000000000000'

/** By method and address. Routes that concern the whole plant, or nobody but who asks, need no more than an address. */
export const SAMPLES: Readonly<Record<string, Sample>> = {
  'GET /api/v1/ledger': { path: (_, { line }) => `/api/v1/ledger?scope=${line}`, ...LIST },
  'GET /api/v1/tree': { path: (_, { path }) => `/api/v1/tree?depth=4&path=${path}`, ...ONE },
  'GET /api/v1/devices': { path: (_, { path }) => `/api/v1/devices?scope=${path}`, ...LIST },
  'GET /api/v1/devices/export': { path: '/api/v1/devices/export', ...LIST },
  'POST /api/v1/devices/import': {
    path: '/api/v1/devices/import?dryRun=true',
    type: 'application/yaml',
    body: (workshop) => {
      const { site, area, line } = place(workshop)
      return `devices:\n  ${workshop.id}: { site: ${site}, area: ${area}, line: ${line} }\n`
    },
    here: 200,
    elsewhere: 400,
  },
  'GET /api/v1/devices/:id': { ...device(), ...ONE },
  'PUT /api/v1/devices/:id': {
    ...device(),
    body: (workshop) => ({ ...place(workshop), identifier: workshop.handle }),
    here: 200,
    elsewhere: 403,
  },
  'PATCH /api/v1/devices/:id': { ...device(), body: () => ({ model: 'X' }), ...ONE },
  'DELETE /api/v1/devices/:id': {
    path: (_, { mark }) => `/api/v1/devices/${mark}-${SHARED_NAME}`,
    here: 204,
    elsewhere: 404,
  },
  'POST /api/v1/devices/:id/confirm': { ...device('/confirm'), ...ONE },
  'POST /api/v1/devices/:id/reject': {
    path: (_, { mark }) => `/api/v1/devices/${mark}-${SHARED_NAME}/reject`,
    ...ONE,
  },
  'GET /api/v1/values': { path: (_, { device }) => `/api/v1/values?device=${device}`, ...ONE },
  'GET /api/v1/history': { path: (_, { id }) => `/api/v1/history?field=f&device=${id}`, ...ONE },
  'GET /api/v1/dead-letters': { path: (_, { device }) => `/api/v1/dead-letters?device=${device}`, ...LIST },
  'GET /api/v1/dead-letters/summary': { path: '/api/v1/dead-letters/summary', ...LIST },
  'POST /api/v1/dead-letters/replay': {
    path: '/api/v1/dead-letters/replay?dryRun=true',
    body: ({ device }) => ({ filter: { device } }),
    ...LIST,
  },
  'POST /api/v1/dead-letters/purge': {
    path: '/api/v1/dead-letters/purge?dryRun=true',
    body: ({ device }) => ({ filter: { device } }),
    ...LIST,
  },
  'GET /api/v1/dead-letters/:id': { ...letter, ...ONE },
  'DELETE /api/v1/dead-letters/:id': { ...letter, here: 204, elsewhere: 404 },
  'POST /api/v1/try': { path: '/api/v1/try', body: () => ({ messages: [] }) },
  'POST /api/v1/reload': { path: '/api/v1/reload?dryRun=true' },
  'GET /api/handles/*': { path: (_, { handle }) => `/api/handles/${handle}`, ...ONE },
  'GET /api/v1/items': { path: '/api/v1/items', ...LIST },
  'GET /api/v1/items/:handle': { ...item(), ...ONE },
  'PUT /api/v1/items/:handle': {
    ...item(),
    body: ({ id }) => ({ kind: 'part', device: id }),
    here: 200,
    // It is taken; of one that is not, the device is not registered.
    elsewhere: 409,
  },
  'DELETE /api/v1/items/:handle': { ...item(), here: 204, elsewhere: 404 },
  'GET /api/v1/items/:handle/label.svg': { ...item('/label.svg'), ...ONE },
  'GET /api/v1/devices/:id/label.svg': { ...device('/label.svg'), ...ONE },
  'GET /api/v1/production': { path: (_, { path }) => `/api/v1/production?path=${path}`, ...ONE },
  'GET /api/v1/info': { path: '/api/v1/info', ...LIST },
  'GET /api/v1/spool': { path: '/api/v1/spool' },
  'GET /metrics': { path: '/metrics' },
  'GET /healthz': { path: '/healthz' },
  'GET /readyz': { path: '/readyz' },
  'GET /docs/errors': { path: '/docs/errors' },
  'GET /api/v1/audit': { path: '/api/v1/audit' },
  'GET /api/v1/audit/export': { path: '/api/v1/audit/export' },
  'POST /api/v1/audit/verify': { path: '/api/v1/audit/verify' },
  'GET /api/v1/session': { path: '/api/v1/session' },
  'POST /api/v1/session': {
    path: '/api/v1/session',
    body: () => ({ name: 'nobody', password: 'not a password' }),
    isOfItself: true,
  },
  'DELETE /api/v1/session': { path: '/api/v1/session' },
  'PUT /api/v1/session/password': { path: '/api/v1/session/password', isOfItself: true },
  'GET /api/v1/oidc/sign-in': { path: '/api/v1/oidc/sign-in', isOfItself: true },
  'GET /api/v1/oidc/callback': { path: '/api/v1/oidc/callback', isOfItself: true },
  'GET /api/v1/users': { path: '/api/v1/users', isOfItself: true },
  'POST /api/v1/users': { path: '/api/v1/users', isOfItself: true },
  'GET /api/v1/users/:name': { path: '/api/v1/users/anna', isOfItself: true },
  'PATCH /api/v1/users/:name': { path: '/api/v1/users/anna', isOfItself: true },
  'DELETE /api/v1/users/:name': { path: '/api/v1/users/anna', isOfItself: true },
  'GET /api/v1/api-tokens': { path: '/api/v1/api-tokens', isOfItself: true },
  'POST /api/v1/api-tokens': { path: '/api/v1/api-tokens', isOfItself: true },
  'DELETE /api/v1/api-tokens/:name': { path: '/api/v1/api-tokens/prometheus', isOfItself: true },
  'GET /api/v1/credentials': { path: '/api/v1/credentials' },
  'POST /api/v1/credentials': { path: '/api/v1/credentials' },
  'GET /api/v1/credentials/:name': { path: '/api/v1/credentials/imm-01' },
  'PATCH /api/v1/credentials/:name': { path: '/api/v1/credentials/imm-01' },
  'DELETE /api/v1/credentials/:name': { path: '/api/v1/credentials/imm-01' },
  'POST /api/v1/credentials/:name/rotate': { path: '/api/v1/credentials/imm-01/rotate' },
  'POST /api/v1/credentials/:name/revoke': { path: '/api/v1/credentials/imm-01/revoke' },
  'GET /api/v1/enrolment-codes': { path: '/api/v1/enrolment-codes' },
  'POST /api/v1/enrolment-codes': { path: '/api/v1/enrolment-codes' },
  'DELETE /api/v1/enrolment-codes/:id': { path: `/api/v1/enrolment-codes/${ID}` },
  'POST /api/v1/enrol': { path: '/api/v1/enrol', isOfItself: true },
}
