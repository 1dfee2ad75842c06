/** The element of the page with that id; the page and its scripts ship together, so it is there. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`The page has no element #${id}`)
  return element
}

/** A new element with a class and text, and children after the text. */
export function make(tag: string, className = '', content = '', children: readonly Node[] = []): HTMLElement {
  const element = document.createElement(tag)
  if (className !== '') element.className = className
  if (content !== '') element.textContent = content
  element.append(...children)
  return element
}

/** Writes only what differs: an unchanged text costs no layout and keeps a selection. */
export function write(element: Element, content: string): void {
  if (element.textContent !== content) element.textContent = content
}

/** Writes a command so that no line breaks after the dash of an option; its text is the command as it is. */
export function writeCommand(element: Element, command: string): void {
  if (element.textContent === command) return
  const words = command.split(' ').map((word) => make('span', word.startsWith('-') ? 'option' : '', word))
  element.replaceChildren(...words.flatMap((word, i) => (i === 0 ? [word] : [' ', word])))
}
