//! What outputs cost: the price of devices and a rate in; dollars out.

use thiserror::Error;

/// Devices and what an hour of each costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Price {
    device_usd_per_h: f64,
    devices: usize,
}

/// Why a price is none.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum PriceError {
    /// Negative or not finite.
    #[error("{usd_per_h} is no price of a device in dollars per hour; write such as 2.5")]
    Price {
        /// What was given.
        usd_per_h: f64,
    },
    /// No device.
    #[error("0 devices serve nothing; write at least 1")]
    NoDevices,
}

impl Price {
    /// # Errors
    /// When the price is negative or not finite, or there is no device.
    pub fn new(device_usd_per_h: f64, devices: usize) -> Result<Self, PriceError> {
        if !(device_usd_per_h.is_finite() && device_usd_per_h >= 0.0) {
            return Err(PriceError::Price { usd_per_h: device_usd_per_h });
        }
        if devices == 0 {
            return Err(PriceError::NoDevices);
        }
        Ok(Self { device_usd_per_h, devices })
    }

    /// Dollars per hour for all devices: what they cost at any rate, used or idle.
    #[must_use]
    pub fn usd_per_h(self) -> f64 {
        self.device_usd_per_h * self.devices as f64
    }

    /// Dollars for one output (a request, a picture, a token) where so many are made each second. `None`
    /// where none are: their price would be infinite.
    #[must_use]
    pub fn usd_per_output(self, outputs_per_s: f64) -> Option<f64> {
        let is_rate = outputs_per_s.is_finite() && outputs_per_s > 0.0;
        is_rate.then(|| self.usd_per_h() / 3600.0 / outputs_per_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_costs_its_share_of_an_hour() {
        let price = Price::new(3.6, 2).expect("a price");
        assert_eq!(price.usd_per_h(), 7.2);
        // 7.2 $ an hour are 0.002 $ a second
        let usd = price.usd_per_output(4.0).expect("outputs");
        assert!((usd - 0.0005).abs() < 1e-12);
        assert_eq!(price.usd_per_output(0.0), None);
    }

    #[test]
    fn what_is_no_price_is_refused() {
        assert!(Price::new(-1.0, 1).is_err() && Price::new(f64::NAN, 1).is_err());
        assert_eq!(Price::new(1.0, 0), Err(PriceError::NoDevices));
    }
}
