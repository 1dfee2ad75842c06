import type { DeviceValues } from '../src/live/protocol.js'
import { make } from './elements.js'
import { text, timeOfDay } from './language.js'

/** The newest point per field of one device. */
export function showValues(host: HTMLElement, device: DeviceValues | undefined): void {
  const values = device?.values ?? []
  if (values.length === 0) return host.replaceChildren(make('p', 'nothing', text('noValues')))
  host.replaceChildren(
    make(
      'dl',
      'value-list',
      '',
      values.map(({ field, value, time }) =>
        make('div', 'value', '', [
          make('dt', '', field),
          make('dd', '', String(value)),
          make('small', 'muted', timeOfDay(time)),
        ]),
      ),
    ),
  )
}
