// Drafts a pattern from a model just as the service answers it: node draft.mjs aaron < model.json
// Prints what came of it, lengths in mm. The software itself refuses nothing, so the reader judges.
import { argv, stdin, stdout } from 'node:process'
import { json } from 'node:stream/consumers'

const [, , design] = argv
const exported = await import(`@freesewing/${design}`)
const Design = Object.values(exported).find((one) => one.prototype?.draft)
const { measurements } = await json(stdin)

const pattern = new Design({ measurements }).draft()
const drawing = pattern.render()
const stores = [pattern.store, ...pattern.setStores]
const parts = Object.entries(pattern.parts[0]).filter(([, part]) => !part.hidden)

stdout.write(
  JSON.stringify({
    missing: pattern.getConfig().measurements.filter((name) => !(name in measurements)),
    complaints: stores.flatMap(({ logs }) => [...logs.error, ...logs.warn]),
    finite: !/NaN|undefined|Infinity/.test(drawing),
    width: pattern.width,
    height: pattern.height,
    parts: Object.fromEntries(parts.map(([name, part]) => [name, part.width])),
  }),
)
