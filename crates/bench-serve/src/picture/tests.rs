use super::*;

/// A gradient with a hard edge.
fn image(width: u32, height: u32, shift: u32) -> Image {
    let pixel =
        |x: u32, y: u32| [(8 * x + shift) as u8, (5 * y) as u8, if x > y { 240 } else { 9 }];
    let rgb = (0..height).flat_map(|y| (0..width).flat_map(move |x| pixel(x, y))).collect();
    Image { width, height, rgb }
}

#[test]
fn each_format_begins_as_its_files_do() {
    let image = image(24, 16, 0);
    for (name, begins) in
        [("png", &b"\x89PNG\r\n\x1a\n"[..]), ("jpeg", b"\xff\xd8\xff"), ("webp", b"RIFF")]
    {
        let format = Format::named(name).expect("a format");
        let bytes = picture(&image, format).expect("a file");
        assert!(bytes.starts_with(begins), "{name}");
        assert_eq!(picture(&image, format).expect("a file"), bytes, "{name} is not the same twice");
    }
    assert_eq!(Format::named("gif"), None);
}

#[test]
fn webp_loses_nothing() {
    let image = image(24, 16, 3);
    let bytes = picture(&image, Format::Webp).expect("a file");
    let mut decoder = image_webp::WebPDecoder::new(std::io::Cursor::new(bytes)).expect("WebP");
    let mut rgb = vec![0; decoder.output_buffer_size().expect("a size")];
    decoder.read_image(&mut rgb).expect("pixels");
    assert_eq!((decoder.dimensions(), rgb), ((24, 16), image.rgb));
}

#[test]
fn less_quality_is_a_smaller_jpeg() {
    let image = image(64, 64, 0);
    let size = |quality| picture(&image, Format::Jpeg { quality }).expect("a file").len();
    assert!(size(10) < size(60) && size(60) < size(100));
}

#[test]
fn sizes_that_a_format_cannot_hold_are_refused_by_name() {
    let jpeg = Format::Jpeg { quality: 80 };
    assert_eq!(jpeg.refuses(65_535, 8), None);
    assert!(jpeg.refuses(8, 65_536).is_some_and(|problem| problem.starts_with("jpeg")));
    assert!(Format::Webp.refuses(16_392, 8).is_some());
    assert!(Format::Mp4.refuses(15, 16).is_some() && Format::Mp4.refuses(16, 16).is_none());
    assert_eq!(Format::Png.refuses(1 << 20, 8), None);
}
