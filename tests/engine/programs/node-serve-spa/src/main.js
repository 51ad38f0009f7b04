import {h, render} from 'preact'
render(h('p', null, 'x'), document.body)
