import { Type } from 'typebox'
import { parseIdentifier } from '../../devices/identifiers/handle.js'
import { handleAuthorization, identifiersOf } from '../identifiers.js'
import { HandleParameters, ItemAnswer, ItemBody, itemJson, KindParameter } from '../item-json.js'
import { ITEM_TAG_HEADERS, itemExpectation, itemTag } from '../item-tag.js'
import { invalidParameter } from '../problem.js'
import { CLOSED, JSON_TYPE, NOTHING, route } from '../route.js'
import { limitParameter, NextCursor } from '../schema-parts.js'

const AUTHORIZATION = { authorization: 'Bearer and a token of identifiers.tokens, for private values.' }
const URL = '/api/v1/items/:handle'

export const itemsRoute = route(
  {
    url: '/api/v1/items',
    access: { role: 'viewer', scope: 'tree' },
    summary: 'The parts, batches and orders registered here, and the values added to devices, by handle.',
    params: NOTHING,
    query: Type.Object(
      {
        kind: Type.Optional(KindParameter),
        limit: limitParameter(100, 1_000),
        cursor: Type.Optional(
          Type.String({ description: 'The nextCursor of the page before.', minLength: 1, maxLength: 2_048 }),
        ),
      },
      CLOSED,
    ),
    headers: AUTHORIZATION,
    answer: Type.Object({ items: Type.Array(ItemAnswer), nextCursor: NextCursor }),
    errors: ['LG_HANDLE_TOKEN_REFUSED'],
  },
  (views, { query: { kind, limit, cursor }, headers, reply }) => {
    const { items } = identifiersOf(views, reply.request)
    const query = { ...(kind === undefined ? {} : { kind }), afterKey: readPlace(cursor), limit }
    const page = items.list(query, { authorization: handleAuthorization(headers) })
    return {
      items: page.items.map(itemJson),
      nextCursor: page.afterKey === undefined ? null : writePlace(page.afterKey),
    }
  },
)

export const itemRoute = route(
  {
    url: URL,
    access: { role: 'viewer', scope: 'tree' },
    summary: 'An item as it was registered.',
    params: HandleParameters,
    query: NOTHING,
    headers: AUTHORIZATION,
    answer: ItemAnswer,
    hasEntityTag: true,
    errors: ['LG_HANDLE_INVALID', 'LG_HANDLE_UNKNOWN', 'LG_HANDLE_TOKEN_REFUSED'],
  },
  (views, { params: { handle }, headers, reply }) => {
    const item = identifiersOf(views, reply.request).items.get(handle, {
      authorization: handleAuthorization(headers),
    })
    reply.header('etag', itemTag(item))
    return itemJson(item)
  },
)

const WRITE_ERRORS = [
  'LG_HANDLE_INVALID',
  'LG_HANDLE_TOKEN_REQUIRED',
  'LG_HANDLE_TOKEN_REFUSED',
  'LG_ITEM_CHANGED',
] as const

export const putItemRoute = route(
  {
    method: 'PUT',
    url: URL,
    access: { role: 'engineer', scope: 'tree' },
    audit: { event: 'item_changed', target: 'handle' },
    summary: 'Registers an item, or replaces it as a whole. Answered when it is on disk.',
    params: HandleParameters,
    query: NOTHING,
    headers: { ...AUTHORIZATION, ...ITEM_TAG_HEADERS },
    body: { schema: ItemBody, types: [JSON_TYPE] },
    answer: ItemAnswer,
    otherStatuses: [201],
    hasEntityTag: true,
    errors: [...WRITE_ERRORS, 'LG_ITEM_INVALID', 'LG_HANDLE_TAKEN'],
  },
  async (views, { params: { handle }, body, headers, reply }) => {
    const { kind, name: { zh = '', en = '' } = {}, device, values = [] } = body
    const input = { kind, name: { zh, en }, ...(device === undefined ? {} : { device }), values }
    const item = await identifiersOf(views, reply.request).items.put(handle, input, {
      authorization: handleAuthorization(headers),
      expect: itemExpectation(handle, headers),
    })
    reply.code(item.revision === 1 ? 201 : 200).header('etag', itemTag(item))
    return itemJson(item)
  },
)

export const deleteItemRoute = route(
  {
    method: 'DELETE',
    url: URL,
    access: { role: 'engineer', scope: 'tree' },
    audit: { event: 'item_removed', target: 'handle' },
    summary: 'Removes an item; its handle is free again. A device stays: only the values added to it go.',
    params: HandleParameters,
    query: NOTHING,
    headers: { ...AUTHORIZATION, ...ITEM_TAG_HEADERS },
    answer: Type.Null(),
    emptyStatuses: [204],
    errors: [...WRITE_ERRORS, 'LG_HANDLE_UNKNOWN'],
  },
  async (views, { params: { handle }, headers, reply }) => {
    await identifiersOf(views, reply.request).items.remove(handle, {
      authorization: handleAuthorization(headers),
      expect: itemExpectation(handle, headers),
    })
    return reply.code(204).send()
  },
)

const PLACE = 'item:'

function writePlace(afterKey: string): string {
  return Buffer.from(`${PLACE}${afterKey}`).toString('base64url')
}

function readPlace(cursor: string | undefined): string {
  if (cursor === undefined) return ''
  const text = Buffer.from(cursor, 'base64url').toString()
  const place = text.slice(PLACE.length)
  if (text.startsWith(PLACE) && parseIdentifier(place)?.key === place) return place
  throw invalidParameter('cursor', 'must be the nextCursor of an earlier page of the same list')
}
