// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The list of pages: open where it stands beside the text, and scrolled to the page that is read.
const menu = document.querySelector('.menu')
const wide = matchMedia('(min-width: 60rem)')
const fold = () => { menu.open = wide.matches }
wide.addEventListener('change', fold)
fold()
const tree = menu.parentElement
const current = tree.querySelector('[aria-current]')
if (current) tree.scrollTop = current.offsetTop - tree.clientHeight / 3

// Marks the section that is read in the list beside it.
const links = [...document.querySelectorAll('aside a')]
const headings = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))))
const mark = () => {
  const read = headings.filter((heading) => heading.getBoundingClientRect().top < 120).length - 1
  links.forEach((link, i) => link.classList.toggle('read', i === read))
}
if (links.length) addEventListener('scroll', mark, { passive: true })
