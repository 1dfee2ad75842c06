import { Type } from 'typebox'
import { Metrics } from '../metrics.js'
import { NOTHING, type Route } from '../route.js'

const spec = {
  url: '/metrics',
  access: { role: 'viewer', scope: 'plant' },
  summary: 'Metrics in the exposition format of Prometheus.',
  params: NOTHING,
  query: NOTHING,
  answer: Type.String(),
  mediaType: 'text/plain; version=0.0.4; charset=utf-8',
  errors: [],
} as const

export const metricsRoute: Route = {
  spec,
  register(app, views) {
    const metrics = new Metrics(views)
    app.addHook('onReady', async () => metrics.start())
    const schema = { querystring: spec.query }
    app.get(spec.url, { schema, config: { access: spec.access } }, async (_request, reply) => {
      reply.type(metrics.contentType)
      return metrics.render()
    })
  },
}
