// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Search. The index is loaded by script elements, which work for files too, when the field is first used.
(() => {
  const { ui, site } = document.currentScript.dataset
  const form = document.querySelector('form.search')
  const input = form.querySelector('input')
  const box = form.querySelector('.found')
  const status = box.querySelector('p')
  const list = box.querySelector('ol')
  const most = 20
  let data, loading

  window.antoraSearch = {
    initSearch: (lunr, { index, store }) => {
      // Lunr merges nodes of its set of terms that have the same text. Its own text lacks separators, so that
      // different nodes get the same text where terms have digits. A search then finds terms that do not exist.
      lunr.TokenSet.prototype.toString = function () {
        return JSON.stringify([this.final, Object.entries(this.edges).map(([label, { id }]) => [label, id]).sort()])
      }
      data = { index: lunr.Index.load(index), documents: store.documents }
    },
  }
  const element = (name, properties) => Object.assign(document.createElement(name), properties)
  const load = (src) => new Promise((resolve, reject) => {
    document.head.append(element('script', { src, onload: resolve, onerror: reject }))
  })
  const loaded = () => loading ||= load(ui + '/js/vendor/lunr.js').then(() => load(site + '/search-index.js'))

  const wordsOf = (text) => text.toLowerCase().match(/[a-z0-9_]+/g) || []

  // Words match as a whole, as the beginning or, from three letters on, as a part of a word: names have underscores
  // and colons. Sections come first that have the words as their heading or at the end of their address, as
  // #try_lock of the page file_lock has `file_lock::try_lock`; of these, the shortest address comes first.
  function find(words) {
    const { wildcard } = lunr.Query
    const results = data.index.query((query) => words.forEach((word) => {
      query.term(word, { boost: 20 })
      query.term(word, { boost: 4, usePipeline: false, wildcard: wildcard.TRAILING })
      if (word.length > 2) query.term(word, { usePipeline: false, wildcard: wildcard.TRAILING | wildcard.LEADING })
    }))
    const stems = words.map((word) => lunr.stemmer(new lunr.Token(word)).toString())
    const name = words.join(' ')
    const sections = results.filter(({ ref }) => ref.includes('-')).map(({ ref, matchData }) => {
      const [page, id] = ref.split('-')
      const { url, title, titles } = data.documents[page]
      const section = titles.find((one) => String(one.id) === id)
      const address = wordsOf(`${title} ${section.hash || ''}`).join(' ')
      const isNamed = ` ${address}`.endsWith(` ${name}`) || wordsOf(section.title).join(' ') === name
      const terms = [address, ...Object.keys(matchData.metadata)]
      return {
        ...section, url, page: title,
        matches: words.filter((word, i) => terms.some((t) => t.includes(word) || t.includes(stems[i]))).length,
        order: isNamed ? address.length : 1e9,
      }
    })
    const best = Math.max(...sections.map(({ matches }) => matches))
    return sections.filter(({ matches }) => matches === best).sort((a, b) => a.order - b.order)
  }

  function marked(text, words) {
    const span = element('span')
    const parts = text.split(new RegExp('(' + words.join('|') + ')', 'i'))
    span.append(...parts.map((part, i) => i % 2 ? element('mark', { textContent: part }) : part))
    return span
  }

  function entry({ url, page, title, text, hash }, words) {
    const at = Math.max(0, text.search(new RegExp(words.join('|'), 'i')) - 50)
    const begin = at ? text.indexOf(' ', at) + 1 : 0
    const rest = text.slice(begin)
    const shown = rest.length > 150 ? rest.slice(0, 150).replace(/\S*$/, '...') : rest
    const link = element('a', { href: site + url + (hash ? '#' + hash : '') })
    const name = element('b')
    name.append(marked(title, words))
    link.append(name, hash ? ' ' + page : '', element('br'), begin ? '... ' : '', marked(shown, words))
    const item = element('li')
    item.append(link)
    return item
  }

  async function search() {
    const text = input.value
    const words = wordsOf(text)
    box.hidden = !words.length
    if (!words.length) return
    status.textContent = 'Searching ...'
    await loaded()
    if (input.value !== text) return // a later search shows its own
    const results = find(words)
    status.textContent = results.length ? results.length + ' found' : 'Nothing found'
    list.replaceChildren(...results.slice(0, most).map((result) => entry(result, words)))
  }

  form.hidden = false
  input.addEventListener('focus', loaded)
  input.addEventListener('input', search)
  form.addEventListener('submit', (event) => { event.preventDefault(); list.querySelector('a')?.click() })
  form.addEventListener('focusin', () => { box.hidden = !input.value.trim() })
  form.addEventListener('focusout', (event) => { if (!form.contains(event.relatedTarget)) box.hidden = true })
  form.addEventListener('keydown', (event) => {
    const stops = [input, ...list.querySelectorAll('a')]
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    const next = step && stops[stops.indexOf(document.activeElement) + step]
    if (next) { event.preventDefault(); next.focus() }
    if (event.key === 'Escape') { input.focus(); box.hidden = true }
  })
  addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.target.matches('input')) return
    event.preventDefault()
    input.focus()
  })
})()
