// A picture to upload.

import { randomFillSync } from 'node:crypto';
import { deflateSync } from 'node:zlib';

/** A PNG that fades from one colour to another, as a file for `setInputFiles`. */
export function picture(width = 600, height = 400) {
    const rows = Buffer.alloc(height * (1 + width * 3));
    for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) rows.set([(255 * x) / width, (255 * y) / height, 90], y * (1 + width * 3) + 1 + x * 3);
    }
    return { name: 'fade.png', mimeType: 'image/png', buffer: png(rows, width, height) };
}

/** A PNG that compresses as photographs do: hills in the haze, and grain on all of it. */
export function photograph(width = 1080, height = 1350) {
    const rows = randomFillSync(Buffer.alloc(height * (1 + width * 3)));
    const ridge = (x, far) => height * (0.3 + 0.15 * far) + 60 * Math.sin(x / (90 + 40 * far)) + 25 * Math.sin(x / (17 + 9 * far) + far);
    for (let y = 0; y < height; y++) {
        let at = y * (1 + width * 3);
        rows[at++] = 0;
        for (let x = 0; x < width; x++) {
            const near = [0, 1, 2, 3].filter((far) => y > ridge(x, far)).length;
            for (const base of [200 - 34 * near + y / 30, 205 - 26 * near, 225 - 38 * near - y / 40]) {
                rows[at] = Math.max(0, Math.min(255, base + (rows[at] - 128) / 12));
                at++;
            }
        }
    }
    return { name: 'hills.png', mimeType: 'image/png', buffer: png(rows, width, height) };
}

/** A PNG that cannot be compressed: about three bytes a pixel. */
export function noise(width, height) {
    const rows = randomFillSync(Buffer.alloc(height * (1 + width * 3)));
    for (let y = 0; y < height; y++) rows[y * (1 + width * 3)] = 0;
    return { name: 'noise.png', mimeType: 'image/png', buffer: png(rows, width, height) };
}

function png(rows, width, height) {
    const head = Buffer.alloc(13);
    head.writeUInt32BE(width, 0);
    head.writeUInt32BE(height, 4);
    // Eight bits each of red, green and blue.
    head.set([8, 2, 0, 0, 0], 8);
    const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(kind, data) {
    const body = Buffer.concat([Buffer.from(kind), data]);
    const whole = Buffer.alloc(body.length + 8);
    whole.writeUInt32BE(data.length, 0);
    body.copy(whole, 4);
    whole.writeUInt32BE(crc(body), body.length + 4);
    return whole;
}

function crc(bytes) {
    let sum = 0xffffffff;
    for (const byte of bytes) {
        sum ^= byte;
        for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
    }
    return ~sum >>> 0;
}
