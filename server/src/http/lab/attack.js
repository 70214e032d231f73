// What a page of another origin does to a site that its visitor is logged in to. It can send, and it cannot read.
const { to, bench, from, step } = document.documentElement.dataset;
const at = (target, by) => `${to}/api/lab/cross/${target}/${bench}/${from}/${by}`;

// Whatever comes of it, and no longer than this.
const PATIENCE = 4_000;
const sent = (begin) =>
    new Promise((done) => {
        begin(done);
        setTimeout(done, PATIENCE);
    });

const load = (name, by) =>
    sent((done) => {
        const element = document.createElement(name);
        element.hidden = true;
        element.onload = done;
        element.onerror = done;
        // Never out of a cache.
        element.src = `${at('open', by)}?${Date.now()}`;
        document.body.append(element);
    });

const post = (target) =>
    sent((done) => fetch(at(target, 'fetch'), { method: 'POST', mode: 'no-cors', credentials: 'include' }).then(done, done));

const submit = (target) => {
    const form = document.createElement('form');
    form.method = 'post';
    form.action = at(target, 'form');
    document.body.append(form);
    form.submit();
};

const begin = async () => {
    await Promise.all([load('img', 'image'), load('iframe', 'frame')]);
    await post('guarded');
    await post('open');
    // The answers to what follows lead back here, to the next step.
    location.assign(at('open', 'link'));
};

const steps = { begin, guarded: () => submit('guarded'), open: () => submit('open') };
steps[step]?.();
