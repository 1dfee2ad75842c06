import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { refuseOtherMethods } from './route.js'

/**
 * Serves the files that are in the directory now, `index.html` at `/`. Browsers ask each time whether their copy is
 * current. The entity tag is of the content: the packages of npm give every file the same time of change.
 */
export async function servePage(app: FastifyInstance, directory: string): Promise<void> {
  const tags = await entityTags(directory)
  await app.register(async (page) => {
    // Before anyone has signed in there must be a page to do it on; it holds nothing of the plant.
    page.addHook('onRoute', (route) => {
      route.config = { ...route.config, access: 'anyone' }
    })
    page.addHook('onRequest', async (request, reply) => answerUnchanged(tags, request, reply))
    await page.register(fastifyStatic, {
      root: directory,
      wildcard: false,
      serveDotFiles: false,
      etag: false,
      lastModified: false,
      cacheControl: false,
    })
    refuseOtherMethods(page, '/')
  })
}

/** By address. */
async function entityTags(directory: string): Promise<ReadonlyMap<string, string>> {
  const tags = new Map<string, string>()
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    const hash = createHash('sha256')
      .update(await readFile(file))
      .digest('base64url')
    const path = `/${relative(directory, file).split(sep).join('/')}`
    tags.set(path, `"${hash}"`)
    if (entry.name === 'index.html') tags.set(path.slice(0, -entry.name.length), `"${hash}"`)
  }
  return tags
}

function answerUnchanged(
  tags: ReadonlyMap<string, string>,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply | undefined {
  const tag = tags.get(request.routeOptions.url ?? '')
  if (tag === undefined) return undefined
  reply.headers({ etag: tag, 'cache-control': 'no-cache' })
  const known = request.headers['if-none-match']?.split(',').map((text) => text.trim().replace(/^W\//, ''))
  return known?.includes(tag) ? reply.code(304).send() : undefined
}
