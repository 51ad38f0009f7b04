import { render } from 'preact';

render(<h1>Search</h1>, document.body);
