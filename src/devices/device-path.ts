import type { TopicLevels } from '../core/device.js'

/**
 * The levels that are known, joined by `/`. A client id that stands for the device may contain one itself: it is
 * written `%2F` in the path (and `%25` for a percent sign that could be mistaken), so that paths stay unique.
 */
export function pathOf({ site, area, line, device }: TopicLevels): string {
  let path = ''
  if (site !== '') path = escaped(site)
  if (area !== '') path = below(path, area)
  if (line !== '') path = below(path, line)
  return device === '' ? path : below(path, device)
}

export function haveSameLevels(a: TopicLevels, b: TopicLevels): boolean {
  return a.device === b.device && a.line === b.line && a.area === b.area && a.site === b.site
}

function below(path: string, level: string): string {
  return path === '' ? escaped(level) : `${path}/${escaped(level)}`
}

function escaped(level: string): string {
  // Hardly any level has one of them, and each message of an unknown topic comes here.
  if (!level.includes('/') && !level.includes('%')) return level
  return level.replace(/%(?=25|2F)/g, '%25').replaceAll('/', '%2F')
}
