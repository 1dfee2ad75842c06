import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { connect } from 'node:net'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}

const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:"

const JSON_HEADERS = { 'content-type': 'application/json' }
const NOBODY_SIGNS_IN = JSON.stringify({
  signInRequired: false,
  signedIn: true,
  kind: 'local',
  name: 'local',
  displayName: '',
  role: 'admin',
  scope: '',
  language: null,
  methods: { password: false, oidc: null },
  notice: null,
})

/** The page's compiled scripts stand beside the compiled tests; what is not compiled is in the package. */
const SCRIPTS = fileURLToPath(new URL('../../web/', import.meta.url))
export const STATIC = join(packageRoot(), 'web', 'static')

/** Serves the page with the policy that it is made for. */
export function pageServer(): Server {
  return createServer((request, response) => {
    if (request.url === '/api/v1/session') return response.writeHead(200, JSON_HEADERS).end(NOBODY_SIGNS_IN)
    const name = request.url === '/' ? 'index.html' : request.url!.slice(1)
    const file = [join(STATIC, name), join(SCRIPTS, name)].find((candidate) => existsSync(candidate))
    if (file === undefined) return response.writeHead(404).end()
    const headers = {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': CONTENT_SECURITY_POLICY,
    }
    return response.writeHead(200, headers).end(readFileSync(file))
  })
}

/** Serves the page of this build before the live streams of a gateway that runs on another port of this machine. */
export function pageBefore(gatewayPort: number): Server {
  return pageServer().on('upgrade', ({ url, rawHeaders }, near, head) => {
    const far = connect(gatewayPort, '127.0.0.1')
    const fields = rawHeaders.map((text, i) => (i % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join('')
    far.write(`GET ${url} HTTP/1.1\r\n${fields}\r\n`)
    far.write(head)
    near.pipe(far).pipe(near)
    for (const socket of [near, far]) {
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        near.destroy()
        far.destroy()
      })
    }
  })
}

export function packageRoot(): string {
  let directory = dirname(fileURLToPath(import.meta.url))
  while (!isPackage(directory)) directory = dirname(directory)
  return directory
}

function isPackage(directory: string): boolean {
  const file = join(directory, 'package.json')
  return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === 'linegate'
}
