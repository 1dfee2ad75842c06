import { Type } from 'typebox'
import { ERRORS } from '../../core/errors.js'
import { ERRORS_PATH } from '../problem.js'
import { NOTHING, type Route } from '../route.js'

const spec = {
  url: ERRORS_PATH,
  access: 'anyone',
  summary: 'Every error code: what happened, what to do. The type of a problem document leads here.',
  params: NOTHING,
  query: NOTHING,
  answer: Type.String(),
  mediaType: 'text/html; charset=utf-8',
  errors: [],
} as const

export const errorsRoute: Route = {
  spec,
  register(app) {
    const page = renderPage()
    app.get(
      spec.url,
      { schema: { querystring: spec.query }, config: { access: spec.access } },
      async (_request, reply) => {
        reply.type(spec.mediaType)
        return page
      },
    )
  },
}

function renderPage(): string {
  const entries = Object.entries(ERRORS).map(
    ([code, { message, action }]) =>
      `<dt id="${code}"><code>${code}</code></dt>\n<dd>${escapeHtml(message)}<br>${escapeHtml(action)}</dd>`,
  )
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Linegate: errors</title>
<h1>Errors</h1>
<dl>
${entries.join('\n')}
</dl>
</html>
`
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
