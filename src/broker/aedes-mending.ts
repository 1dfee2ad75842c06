import type { AedesBroker } from './aedes-internals.js'

/**
 * A connection that ends late, after its client is back on another, must not take the new one off the list
 * (Aedes 1.2.0 unregisters by client id).
 */
export function unregisterOnlyItself(aedes: AedesBroker): void {
  const unregister = aedes.unregisterClient.bind(aedes)
  aedes.unregisterClient = (client) => {
    if (aedes.clients[client.id] === client) unregister(client)
    else aedes.connectedClients--
  }
}

/**
 * Aedes takes a broker for gone, and publishes the wills of its clients, when three heartbeats are late. The one in
 * this process is never gone, however long the machine slept.
 */
export function keepAlive(aedes: AedesBroker): void {
  Object.defineProperty(aedes.brokers, aedes.id, {
    get: () => Number.POSITIVE_INFINITY,
    set: () => undefined,
    enumerable: true,
  })
}
