// What two tabs need to do something at the same moment.

/** The time of day in milliseconds and fractions of them: the same clock in all tabs of a machine. */
export const wall = () => performance.timeOrigin + performance.now();

/** Waits until then. By messages and not by timers, which come once in a second or less in a tab that nobody sees. */
export const until = (at) =>
    new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
            if (wall() < at) return port2.postMessage(0);
            port1.close();
            resolve(wall());
        };
        port2.postMessage(0);
    });

/** When there is an element that a CSS selector names; `undefined` where it has not come in so many milliseconds. */
export const appears = (selector, ms) =>
    new Promise((resolve) => {
        const done = (at) => {
            observer.disconnect();
            clearTimeout(timer);
            resolve(at);
        };
        const look = () => document.querySelector(selector) && done(wall());
        const observer = new MutationObserver(look);
        const timer = setTimeout(done, ms);
        observer.observe(document, { childList: true, subtree: true });
        look();
    });
