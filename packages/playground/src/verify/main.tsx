// SPDX-License-Identifier: GPL-3.0-or-later
import { render } from 'preact';
import { VerifyPage } from './app.tsx';

render(<VerifyPage />, document.getElementById('page') as HTMLElement);
