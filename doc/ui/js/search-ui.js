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
    initSearch: (lunr, { index, store }) => { data = { index: lunr.Index.load(index), documents: store.documents } },
  }
  const element = (name, properties) => Object.assign(document.createElement(name), properties)
  const load = (src) => new Promise((resolve, reject) => {
    document.head.append(element('script', { src, onload: resolve, onerror: reject }))
  })
  const loaded = () => loading ||= load(ui + '/js/vendor/lunr.js').then(() => load(site + '/search-index.js'))

  // Words match as a whole, as the beginning or as a part of a word; names have underscores and colons.
  function find(words) {
    const { wildcard } = lunr.Query
    const results = data.index.query((query) => words.forEach((word) => {
      query.term(word, { boost: 20 })
      query.term(word, { boost: 4, usePipeline: false, wildcard: wildcard.TRAILING })
      query.term(word, { usePipeline: false, wildcard: wildcard.TRAILING | wildcard.LEADING })
    }))
    const stems = words.map((word) => lunr.stemmer(new lunr.Token(word)).toString())
    for (const result of results) {
      const terms = Object.keys(result.matchData.metadata)
      result.words = words.filter((word, i) => terms.some((t) => t.includes(word) || t.includes(stems[i]))).length
    }
    const sections = results.filter(({ ref }) => ref.includes('-')) // the others are titles of pages, once more
    const best = Math.max(...sections.map((result) => result.words))
    return sections.filter((result) => result.words === best)
  }

  function marked(text, words) {
    const span = element('span')
    const parts = text.split(new RegExp('(' + words.join('|') + ')', 'i'))
    span.append(...parts.map((part, i) => i % 2 ? element('mark', { textContent: part }) : part))
    return span
  }

  function entry(result, words) {
    const [page, section] = result.ref.split('-')
    const { url, title, titles } = data.documents[page]
    const { title: heading, text, hash } = titles.find(({ id }) => String(id) === section)
    const at = Math.max(0, text.search(new RegExp(words.join('|'), 'i')) - 50)
    const begin = at ? text.indexOf(' ', at) + 1 : 0
    const rest = text.slice(begin)
    const shown = rest.length > 150 ? rest.slice(0, 150).replace(/\S*$/, '...') : rest
    const link = element('a', { href: site + url + (hash ? '#' + hash : '') })
    const name = element('b')
    name.append(marked(heading, words))
    link.append(name, hash ? ' ' + title : '', element('br'), begin ? '... ' : '', marked(shown, words))
    const item = element('li')
    item.append(link)
    return item
  }

  async function search() {
    const text = input.value
    const words = text.toLowerCase().match(/[a-z0-9_]+/g) || []
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
