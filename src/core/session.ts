/** Why an MQTT session ended. `lost`: anything but a DISCONNECT. One that was taken over goes on in a new connection. */
export type SessionEnd = 'disconnected' | 'lost' | 'taken-over'
