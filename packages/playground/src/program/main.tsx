// SPDX-License-Identifier: GPL-3.0-or-later
import { render } from 'preact';
import { App } from './app.tsx';

render(<App />, document.getElementById('page') as HTMLElement);
