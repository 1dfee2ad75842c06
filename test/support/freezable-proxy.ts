import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'

/** A TCP proxy that can stop passing bytes on without closing anything, as a network that fails does. */
export interface FreezableProxy {
  readonly port: number
  freeze(): void
  thaw(): void
  close(): Promise<void>
}

export async function startProxy(targetPort: () => number): Promise<FreezableProxy> {
  const sockets = new Set<Socket>()
  let frozen = false
  const server = createServer((near) => {
    const far = connect(targetPort(), '127.0.0.1')
    near.pipe(far).pipe(near)
    for (const socket of [near, far]) {
      sockets.add(socket)
      if (frozen) socket.pause()
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const freeze = (on: boolean) => {
    frozen = on
    for (const socket of sockets) on ? socket.pause() : socket.resume()
  }
  return {
    port: (server.address() as AddressInfo).port,
    freeze: () => freeze(true),
    thaw: () => freeze(false),
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
